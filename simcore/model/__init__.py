"""What a life course is: the model as tables and words, compiled, counted, and its readable twin."""
