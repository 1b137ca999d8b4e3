"""SQL on a real database made by the migrations."""
