"""The store on both data bases."""
