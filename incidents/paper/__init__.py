"""What is printed: letters and packages as PDF, by Typst, with every character in its font."""
