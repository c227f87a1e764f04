"""What several answers stand on: people, ratings, estimates, the design grade, the last period."""
