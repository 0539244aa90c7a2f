public import SeedAuth
public import SeedMail

/// What a judgement rests on, read from one message: kept with its sighting, so that the message can
/// be judged again years later from the same facts.
public struct MessageFacts: Sendable, Hashable, Codable {
  /// A mailbox of From.
  public struct Author: Sendable, Hashable, Codable {
    /// The display name; a claim.
    public var displayName: String?
    /// The address as it was written.
    public var address: String
    /// Its domain as A-labels in lower case; empty where it has none.
    public var domain: String
    /// The domain's organizational domain; empty where it has none.
    public var organizationalDomain: String

    /// Makes an author.
    public init(
      displayName: String?,
      address: String,
      domain: String,
      organizationalDomain: String
    ) {
      self.displayName = displayName
      self.address = address
      self.domain = domain
      self.organizationalDomain = organizationalDomain
    }
  }

  /// What kind of mail it is, as far as a machine wrote it.
  public enum Nature: String, Sendable, Hashable, Codable {
    case ordinary
    /// A delivery status notification (RFC 3464), in whatever dialect.
    case bounce
    /// An auto-reply (RFC 3834).
    case autoReply
    /// A feedback report (RFC 5965).
    case feedbackReport
  }

  /// A bulk-mail platform that the message went through.
  public struct Platform: Sendable, Hashable, Codable {
    /// How that is known.
    public enum Evidence: String, Sendable, Hashable, Codable {
      /// Its signature verified when the message arrived.
      case signature
      /// The return path that the own MTA noted lies there.
      case returnPath
      /// The message has header fields of its kind: anybody can write such.
      case field
    }

    /// Its name, for people.
    public var name: String
    /// How that is known.
    public var evidence: Evidence
    /// The domain of the signature or the return path; empty for a field.
    public var domain: String
    /// Every domain that stands for the platform.
    public var domains: [String]
    /// The field that names the platform's customer; `nil` where none does.
    public var customerField: String?
    /// The customer, as the message claims.
    public var customer: String?

    /// Names a platform.
    public init(name: String, evidence: Evidence, domain: String, domains: [String]) {
      self.name = name
      self.evidence = evidence
      self.domain = domain
      self.domains = domains
    }
  }

  /// The mailboxes of From, of all From fields.
  public var from: [Author] = []
  /// How many From fields there are; more than one means that From names nobody.
  public var fromFieldCount = 0
  /// The decoded subject, for its owner's eyes.
  public var subject = ""
  /// The Date field.
  public var date: Timestamp?
  /// The Message-ID, without its brackets.
  public var messageID: String?
  /// What kind of mail it is.
  public var nature = Nature.ordinary
  /// The return path; empty for `<>`, `nil` where it isn't known.
  public var returnPath: String?
  /// The address of the host that handed the message to the own MTA.
  public var clientAddress: String?
  /// What that host called itself.
  public var helo: String?
  /// The first mailbox of Reply-To.
  public var replyTo: String?
  /// The identifier in List-Id.
  public var listID: String?
  /// The hosts of List-Unsubscribe; never asked for anything.
  public var listUnsubscribeHosts: [String] = []
  /// Feedback-ID, as it was written.
  public var feedbackID: String?
  /// X-Mailer, as it was written.
  public var mailer: String?
  /// The hosts of links in the body; never asked for anything.
  public var linkHosts: [String] = []
  /// Digital imprints (Elections Act 2022) in the body: claims of identity.
  public var imprints: [String] = []
  /// What authenticates the message.
  public var authentication = AuthenticationReport()
  /// The organizational domains for which a signature or SPF verified, that aren't From's.
  public var otherVerifiedDomains: [String] = []
  /// The bulk-mail platforms that it went through, the best known first; `nil` in facts from before
  /// platforms were looked for.
  public var platforms: [Platform]?
  /// How good the evidence is that this sender wrote to the seed.
  public var grade = Grade.d
  /// Why that grade.
  public var gradeReasons: [String] = []

  /// Facts of which nothing is known yet.
  public init() {}

  /// The one author; `nil` where From names nobody, or several.
  public var author: Author? {
    guard fromFieldCount == 1, from.count == 1, let author = from.first, !author.domain.isEmpty
    else { return nil }
    return author
  }
}
