"""What a person reads: tables, figures and sentences, made from results and scenarios alone."""
