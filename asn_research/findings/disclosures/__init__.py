"""What may be told: the gate, minimum cells, steps, quotations, and what two publications give away."""
