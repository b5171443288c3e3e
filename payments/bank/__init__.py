"""What banks say: statements read into values, and what each line of them is likely for. Pure."""
