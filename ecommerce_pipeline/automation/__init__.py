"""Jobs named after the steps, their schedules, and the sensor that sends alerts."""
