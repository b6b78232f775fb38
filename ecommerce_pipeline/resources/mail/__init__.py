"""E-mail: the SMTP client, and the catcher that keeps mails on this machine."""
