import FoundationEssentials
import SeedCore
import SeedMint
import SeedSQLite
import SeedService

/// Gathers a case from a home, and writes its bundle.
struct EvidenceExporter {
  /// How often a leaf may come in between before a checkpoint is given up on.
  private static let attemptCountMax = 5

  let session: Session
  let note: (String) -> Void

  /// A bundle that was written, not yet to disk.
  struct Bundle {
    let name: String
    let archive: [UInt8]
    let claims: [Claim]
    let dossier: Dossier
  }

  /// The case with what opens its commitments, as far as the vault knows them.
  func dossier(of found: Case) async throws -> Dossier {
    let vault = try session.vault()
    var openings: [Identifier<Seed>: MintOpening] = [:]
    for seed in try await session.store.read({ try Dossier.seeds(of: found.id, in: $0) }) {
      openings[seed] = try await vault.address(of: seed)?.aliasOpening
    }
    let known = openings
    return try await session.store.read { try Dossier(found, openings: known, in: $0) }
  }

  /// - Parameter prints: Whether the report goes in as a PDF, too, where that can be made.
  func export(
    _ found: Case,
    edition: BundleEdition,
    withholdsBodies: Bool,
    prints: Bool
  ) async throws -> Bundle {
    let ledger = try await session.ledger(note: note)
    for _ in 0..<Self.attemptCountMax {
      // Every leaf of the case has to be under a checkpoint. The daemon may add one meanwhile.
      try await ledger.checkpoint()
      let dossier = try await dossier(of: found)
      let settings = BundleWriter.Settings(
        edition: edition,
        withholdsBodies: withholdsBodies,
        policy: try policy(of: ledger),
        program: "seed " + Seedctl.version
      )
      do {
        let size = dossier.checkpoints.last?.head.size ?? 0
        let writer = try ledger.readingSubtrees(ofSize: size) {
          try BundleWriter(dossier, settings, hash: $0)
        }
        var claims: [Claim] = []
        let files = try await writer.files { found in
          claims = found
          let page = try Report(dossier, claims: found, edition: edition).html()
          var report = ["report.html": Array(page.utf8)]
          if prints { report["report.pdf"] = try PDFPrinter.pdf(of: page) }
          return report
        }
        return Bundle(
          name: writer.name,
          archive: try writer.archive(of: files),
          claims: claims,
          dossier: dossier
        )
      } catch BundleError.unsigned {
        continue
      } catch BundleError.unreadable(let reason) {
        throw Failure(.failed, "the case can't be exported: \(reason) Run `seedctl doctor`")
      } catch let fault as ZipArchive.Fault {
        throw Failure(.failed, "the case can't be exported: \(fault)")
      }
    }
    throw Failure(.tryAgain, "the ledger grows faster than it is signed; try again")
  }

  /// The keys that a reader needs: what the ledger publishes, else its own key alone.
  private func policy(of ledger: Ledger) throws -> [UInt8] {
    let path = session.home.logPath + "/policy"
    if let published = FileManager.default.contents(atPath: path) { return Array(published) }
    return Array("log \(ledger.key.text)\nquorum none\n".utf8)
  }
}
