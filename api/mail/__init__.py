"""What mails say: templates and words, filled in the language of the reader."""
