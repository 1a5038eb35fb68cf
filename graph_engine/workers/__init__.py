"""Workers: processes that own one device each and run jobs, and what starts, watches and replaces them."""
