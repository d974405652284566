"""The parts of a desk: overview and cases, sessions, forms and notes, links and sharing, alerts."""
