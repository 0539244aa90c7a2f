import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl letter`: asks the organisation, the sender or an authority.
struct LetterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "letter",
    abstract: "Draft a letter about a case, to be completed and signed.",
    discussion: """
      It is filled in from what is recorded, and says no more; what you have to fill in or to confirm \
      stands between [[ and ]]. It is no legal advice.

      Example: seedctl letter case_7k2m --kind access-organisation --output letter.txt
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The case: case_…, or its first symbols.") var `case`: String
  @Option(
    help:
      "access-organisation (who got the address), access-sender (where it came from), complaint (to the organisation), ico (to the data protection authority) or pecr (about unsolicited mail)."
  )
  var kind: LetterKind
  @Option(help: "Whose law it rests on: uk or eu.") var jurisdiction: Jurisdiction = .uk
  @Option(help: "Whose the domain of the address is, for --kind pecr: individual or company.")
  var subscriber: Letter.Subscriber?
  @Option(
    name: .customLong("output"),
    help: "The file (else standard output); never overwritten.",
    completion: .file()
  )
  var file: String?

  private struct Result: Encodable {
    let `case`: String
    let kind: String
    let jurisdiction: String
    let text: String
  }

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let text = `case`
    let dossier = try await session.store.read { store in
      try Dossier(try Lookup.case(text, in: store), in: store)
    }
    let letter: Letter
    do throws(Letter.Refusal) {
      letter = try Letter(kind, about: dossier, under: jurisdiction, subscriber: subscriber)
    } catch {
      throw Self.failure(error)
    }
    if output.json, file == nil {
      return try output.printJSON(
        Result(
          case: dossier.case.id.description,
          kind: kind.rawValue,
          jurisdiction: jurisdiction.rawValue,
          text: letter.text
        )
      )
    }
    try OutputFile.write(Array(letter.text.utf8), to: file)
    if let file { output.note("Written to \(file). Read what stands above the line in it first.") }
  }

  private static func failure(_ refusal: Letter.Refusal) -> Failure {
    switch refusal {
    case .noOrganisation:
      Failure(
        .refused,
        "the addresses of this case are controls, given to no organisation: there is nobody to write to"
      )
    case .noSender:
      Failure(
        .refused,
        "who sent this mail is not known, so nobody can be asked; see --kind access-organisation"
      )
    case .senderIsOrganisation:
      Failure(
        .refused,
        "the organisation itself sent this mail; see --kind access-organisation or complaint"
      )
    case .tooLong(let limit):
      Failure(.failed, "the account doesn't fit into the \(limit) characters of the form")
    case .malformedTemplate: Failure(.failed, "a template of the program is malformed")
    }
  }
}
