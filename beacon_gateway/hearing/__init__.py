"""The radio: adapters kept hearing, whatever befalls them. Only `scanner` speaks Bluetooth through bleak."""
