"""How good the ranking is: the real encoder, the shipped profiles, the judged challenges."""
