"""Exchange of single cases and records with named partners. `docs/exchange.md` describes it for both sides."""
