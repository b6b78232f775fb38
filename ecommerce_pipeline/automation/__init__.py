"""What runs when: jobs named after the steps, and their schedules."""
