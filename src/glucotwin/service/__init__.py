"""The service: HTTP and live updates for people, carers, clinicians and machines. It computes nothing itself."""
