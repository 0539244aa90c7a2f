public import ArgumentParser
public import SeedCore

// The words of these types are what users type.
extension AddressTag.Profile: ExpressibleByArgument {}
extension BundleEdition: ExpressibleByArgument {}
extension Jurisdiction: ExpressibleByArgument {}
extension Letter.Subscriber: ExpressibleByArgument {}
extension LetterKind: ExpressibleByArgument {}
extension MessageClass: ExpressibleByArgument {}
extension OutboxRow.State: ExpressibleByArgument {}
extension OrganisationDomain.Role: ExpressibleByArgument {}
extension Seed.Control: ExpressibleByArgument {}
extension Seed.OptIn: ExpressibleByArgument {}
