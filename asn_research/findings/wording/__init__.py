"""How each answer is worded: closed phrases, chosen by what was found and by the design grade."""
