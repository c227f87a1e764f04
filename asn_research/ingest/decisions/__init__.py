"""What an office decides about rows that were set aside: its workbook written, read and applied."""
