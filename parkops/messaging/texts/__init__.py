"""Texts to phones and from them: the provider behind an adapter, opt-outs, who answers."""
