@_exported import SeedAuth
@_exported import SeedMail
