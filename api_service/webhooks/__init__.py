"""Webhooks: changes of alerts, carried to other systems. `docs/integrators/webhooks.md` is for the authors of those."""
