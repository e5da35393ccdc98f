"""Between contracts and handlers: messages in, orders out; views in, messages out. No rules."""
