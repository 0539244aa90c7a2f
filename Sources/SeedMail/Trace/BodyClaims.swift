/// What the text of a message says of who sent it: the hosts that it links to, and its imprints.
///
/// Anybody can write it: these are claims. Nothing is fetched.
public struct BodyClaims: Sendable, Hashable {
  /// The longest text of a part that is searched, in bytes; a longer part is passed over.
  public static let textByteCountMax = 4 * 1024 * 1024
  /// The most parts that are searched.
  public static let partCountMax = 16

  /// The hosts of the links, in plain text and in HTML.
  public let linkHosts: [String]
  /// The imprints that election law asks for (Elections Act 2022, part 6), each once.
  public let imprints: [String]

  /// Searches the parts that a reader sees; not the attachments.
  public init(of structure: MIMEStructure) {
    var links = LinkHosts()
    var imprints: [String] = []
    let bodies = structure.bodies
    var indices = bodies.text.prefix(Self.partCountMax)
    // As few as the limit allows are compared, and not each with each.
    for index in bodies.html where indices.count < Self.partCountMax && !indices.contains(index) {
      indices.append(index)
    }
    for index in indices where structure.parts[index].contentType.type == "text" {
      guard let text = structure.decodedUTF8(of: index, limit: Self.textByteCountMax) else {
        continue
      }
      links.add(from: text.span)
      let isHTML = structure.parts[index].contentType.subtype == "html"
      for imprint in Imprint.all(in: isHTML ? HTMLText.read(text.span) : text)
      where !imprints.contains(imprint) && imprints.count < Imprint.countMax {
        imprints.append(imprint)
      }
    }
    linkHosts = links.hosts
    self.imprints = imprints
  }
}
