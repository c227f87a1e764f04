"""What a published report was asked for, made from and consists of, and whether that still holds."""
