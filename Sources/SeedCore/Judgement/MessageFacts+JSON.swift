import SeedAuth
import SeedMail

extension MessageFacts {
  /// The facts as they are kept: the JSON that `Codable` reads, with sorted names.
  ///
  /// Written by hand, since `JSONEncoder` costs more than reading and judging the message.
  package var json: [UInt8] {
    var writer = JSONWriter(capacity: 4096)
    writer.object { writer in
      writer.name("authentication")
      writer.write(authentication)
      writer.member("clientAddress", clientAddress)
      writer.member("date", date)
      writer.member("feedbackID", feedbackID)
      writer.name("from")
      writer.list(from) { $0.write($1) }
      writer.member("fromFieldCount", fromFieldCount)
      writer.member("grade", grade)
      writer.member("gradeReasons", gradeReasons)
      writer.member("helo", helo)
      writer.member("imprints", imprints)
      writer.member("linkHosts", linkHosts)
      writer.member("listID", listID)
      writer.member("listUnsubscribeHosts", listUnsubscribeHosts)
      writer.member("mailer", mailer)
      writer.member("messageID", messageID)
      writer.member("nature", nature)
      writer.member("otherVerifiedDomains", otherVerifiedDomains)
      if let platforms {
        writer.name("platforms")
        writer.list(platforms) { $0.write($1) }
      }
      writer.member("replyTo", replyTo)
      writer.member("returnPath", returnPath)
      writer.member("subject", subject)
    }
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ author: MessageFacts.Author) {
    object { writer in
      writer.member("address", author.address)
      writer.member("displayName", author.displayName)
      writer.member("domain", author.domain)
      writer.member("organizationalDomain", author.organizationalDomain)
    }
  }

  fileprivate mutating func write(_ platform: MessageFacts.Platform) {
    object { writer in
      writer.member("customer", platform.customer)
      writer.member("customerField", platform.customerField)
      writer.member("domain", platform.domain)
      writer.member("domains", platform.domains)
      writer.member("evidence", platform.evidence)
      writer.member("name", platform.name)
    }
  }

  fileprivate mutating func write(_ report: AuthenticationReport) {
    object { writer in
      if let arc = report.arc {
        writer.name("arc")
        writer.write(arc)
      }
      writer.name("authenticationResults")
      writer.list(report.authenticationResults) { $0.write($1) }
      writer.name("dkim")
      writer.list(report.dkim) { $0.write($1) }
      if let dmarc = report.dmarc {
        writer.name("dmarc")
        writer.write(dmarc)
      }
      if let spf = report.spf {
        writer.name("spf")
        writer.write(spf)
      }
    }
  }

  private mutating func write(_ result: DKIMResult) {
    object { writer in
      writer.member("algorithm", result.algorithm)
      writer.member("aligned", result.aligned)
      writer.member("atArrival", result.atArrival)
      writer.member("bodyCanonicalization", result.bodyCanonicalization)
      writer.member("bodyHashMatches", result.bodyHashMatches)
      writer.member("bodyLengthLimit", result.bodyLengthLimit)
      writer.member("coversEveryFrom", result.coversEveryFrom)
      writer.member("domain", result.domain)
      writer.member("expiresAt", result.expiresAt)
      writer.member("hadExpired", result.hadExpired)
      writer.member("headerSignatureMatches", result.headerSignatureMatches)
      writer.member("isKeyWithdrawn", result.isKeyWithdrawn)
      writer.member("isTesting", result.isTesting)
      writer.member("keyBits", result.keyBits)
      writer.name("keyDigest")
      writer.list(result.keyDigest) { $0.integer(Int64($1)) }
      writer.member("leavesBodyUnsigned", result.leavesBodyUnsigned)
      writer.member("reason", result.reason)
      writer.member("result", result.result)
      writer.member("selector", result.selector)
      writer.member("signedAt", result.signedAt)
      writer.member("signedFields", result.signedFields)
    }
  }

  private mutating func write(_ result: SPFResult) {
    object { writer in
      writer.member("aligned", result.aligned)
      writer.member("domain", result.domain)
      writer.member("explanation", result.explanation)
      writer.member("result", result.result)
      writer.member("scope", result.scope)
    }
  }

  private mutating func write(_ result: DMARCResult) {
    object { writer in
      writer.member("mode", result.mode)
      writer.member("organizationalDomain", result.organizationalDomain)
      writer.member("policy", result.policy)
      writer.member("reason", result.reason)
      writer.member("result", result.result)
    }
  }

  private mutating func write(_ result: ARCResult) {
    object { writer in
      writer.member("isTrusted", result.isTrusted)
      writer.member("reason", result.reason)
      writer.member("result", result.result)
      writer.member("sealers", result.sealers)
    }
  }

  private mutating func write(_ reported: ReportedAuthentication) {
    object { writer in
      writer.member("authserv", reported.authserv)
      writer.name("results")
      writer.list(reported.results) { writer, statement in
        writer.object { writer in
          writer.member("method", statement.method)
          writer.name("properties")
          writer.list(statement.properties) { writer, property in
            writer.object { writer in
              writer.member("name", property.name)
              writer.member("value", property.value)
            }
          }
          writer.member("reason", statement.reason)
          writer.member("result", statement.result)
        }
      }
      writer.member("trusted", reported.trusted)
    }
  }
}
