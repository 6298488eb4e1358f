"""How the trained heads come about: labelled sentences, what a recogniser would make of them, fitting, model cards."""
