/// The addresses of a header field, with their groups and comments (RFC 5322 §3.4).
///
/// Reading never fails: what is no address is passed over, and the rest is read as far as it can be.
public struct AddressList: Sendable, Hashable {
  /// The most mailboxes that are read; what follows is left out, and ``isCut`` says so.
  public static let mailboxCountMax = 10_000

  /// A mailbox with the comments that stand beside it.
  public struct Entry: Sendable, Hashable {
    /// The mailbox; its address is empty where there is only a name.
    public let mailbox: Mailbox
    /// The comments, decoded, in their order.
    public let comments: [String]
  }

  /// A named group, or the mailboxes that stand between groups.
  public struct Group: Sendable, Hashable {
    /// The group's name, with encoded words decoded; `nil` for mailboxes outside any group.
    public let name: String?
    /// The comments beside the name.
    public let comments: [String]
    /// Its mailboxes; a group such as `undisclosed-recipients:;` has none.
    public let entries: [Entry]
  }

  /// Groups, and runs of mailboxes outside groups, in their order.
  public let groups: [Group]
  /// Whether ``mailboxCountMax`` ended the list early.
  public let isCut: Bool

  /// Reads the address list in `range` of `input`.
  public init(parsing input: Span<UInt8>, in range: Range<Int>) {
    var parser = AddressParser(offset: range.lowerBound, end: range.upperBound)
    parser.parse(input)
    groups = parser.groups
    isCut = parser.isCut
  }

  /// All mailboxes that have an address, with the groups dissolved.
  public var mailboxes: [Mailbox] {
    groups.flatMap(\.entries).map(\.mailbox).filter { !$0.address.isEmpty }
  }
}

extension Message {
  /// The mailboxes in a field such as From or To, with groups dissolved; never fails.
  ///
  /// At most ``AddressList/mailboxCountMax``. The cost is linear in the field's size.
  public func mailboxes(in field: HeaderField) -> [Mailbox] { addresses(in: field).mailboxes }

  /// The address list of a field, with its groups and comments.
  public func addresses(in field: HeaderField) -> AddressList {
    AddressList(parsing: bytes.span, in: field.body)
  }
}
