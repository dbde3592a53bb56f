"""The report: scores of every pair of encoders become pictures, which take arrays, and a page, which takes stores."""
