// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The strictness that CONTRIBUTING.md asks of every target of our own.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
// The C API that GRDB itself is built on.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle",
  package: "swift-service-lifecycle"
)
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
// For tests alone: public suites come as YAML.
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
// Without TLS and its other traits: the proxy in front speaks TLS.
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

// `SEED_FUZZ=core` builds the fuzzer too, and what it looks into so that it sees which way was taken;
// `SEED_FUZZ=all` has it look into the services and the database as well.
let fuzzing = Context.environment["SEED_FUZZ"]
let isFuzzed = fuzzing == "core" || fuzzing == "all"
let fuzzed = strict + (isFuzzed ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

// `SEED_SANITIZE=thread` puts a lock that ThreadSanitizer sees into the tests.
let visible: [Target.Dependency] =
  Context.environment["SEED_SANITIZE"] == "thread" ? ["CVisibleMutex"] : []

func library(
  _ name: String,
  _ dependencies: [Target.Dependency],
  path: String? = nil,
  resources: [Resource] = []
) -> Target {
  .target(
    name: name,
    dependencies: dependencies,
    path: path,
    resources: resources,
    swiftSettings: path == nil ? fuzzed : strict
  )
}

func system(_ name: String, _ pkgConfig: String?, _ debianPackage: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debianPackage])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

var targets: [Target] = [
  system("COpenSSL", "libcrypto", "libssl-dev"),
  system("CZstd", "libzstd", "libzstd-dev"),
  system("CPublicSuffix", "libpsl", "libpsl-dev"),
  system("CIDN2", "libidn2", "libidn2-dev"),
  // Not by pkg-config: Debian's libunbound.pc asks for libevent, which nothing here needs.
  system("CUnbound", nil, "libunbound-dev"),
  system("CQREncode", "libqrencode", "libqrencode-dev"),
  .systemLibrary(name: "CMalloc"),

  library("SeedMail", []),
  library("SeedCrypto", ["COpenSSL"]),
  library("SeedAuth", ["SeedMail", "SeedCrypto", "CPublicSuffix", "CIDN2"]),
  library(
    "SeedCore",
    ["SeedMail", "SeedAuth", "SeedCrypto", log, mustache],
    resources: [
      .embedInCode("Evidence/Tools"), .embedInCode("Evidence/Templates"),
      .embedInCode("Evidence/Jurisdictions"),
    ]
  ),
  library("SeedMint", ["SeedCore", "SeedCrypto", grdb]),
  // Our own C, since libcurl takes variadic arguments, and is loaded only where it is used.
  .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
  // Our own C, since SQLite asks for files through a table of C functions.
  .target(name: "CPageCheck", dependencies: [sqlite]),
  library("SeedSQLite", ["SeedCore", "CPageCheck", "CZstd", grdb, sqlite]),
  library(
    "SeedService",
    ["SeedCore", "CCurl", "CMalloc", "CUnbound", log, lifecycle, signals, toml]
  ),
  library(
    "SeedWeb",
    ["SeedService", "SeedCore", hummingbird, hummingbirdCore, nio, lifecycle, log]
  ),
  library("SeedTesting", ["SeedCore", "SeedAuth", "SeedMail", "SeedCrypto"] + visible),
  // Entries for fuzzers, tests and measures (CONTRIBUTING.md).
  library(
    "SeedFuzz",
    ["SeedCore", "SeedAuth", "SeedMail", "SeedCrypto", "SeedTesting"],
    path: "Fuzz/Entries"
  ),
  library("SeedFuzzService", ["SeedFuzz", "SeedService", "SeedSQLite"], path: "Fuzz/Service"),
  // Hostile shapes, for callgrind to count.
  .executableTarget(
    name: "seed-strain",
    dependencies: ["SeedFuzz", "SeedCore"],
    path: "Fuzz/Strain",
    swiftSettings: strict
  ),
  .executableTarget(
    name: "seedd",
    dependencies: [
      "SeedCore", "SeedService", "SeedSQLite", "SeedWeb", argumentParser, log, lifecycle, signals,
    ],
    swiftSettings: strict
  ),
  .executableTarget(
    name: "seedctl",
    dependencies: [
      "SeedCore", "SeedCrypto", "CQREncode", "SeedService", "SeedMint", "SeedSQLite",
      argumentParser, log,
    ],
    swiftSettings: strict
  ),

  tests("SeedMailTests", ["SeedMail", "SeedTesting"]),
  tests("SeedCryptoTests", ["SeedCrypto", "SeedTesting"]),
  tests("SeedAuthTests", ["SeedAuth", "SeedMail", "SeedCrypto", "SeedTesting"]),
  tests("SeedCoreTests", ["SeedCore", "SeedCrypto", "SeedTesting"]),
  tests("SeedMintTests", ["SeedMint", "SeedCore", "SeedCrypto", "SeedTesting", grdb]),
  tests("SeedSQLiteTests", ["SeedSQLite", "SeedCore", "SeedTesting", grdb]),
  tests(
    "SeedServiceTests",
    ["SeedService", "SeedSQLite", "SeedCore", "SeedCrypto", "SeedTesting", grdb]
  ),
  tests(
    "SeedWebTests",
    ["SeedWeb", "SeedService", "SeedCore", "SeedCrypto", "SeedTesting", lifecycle, log]
  ),
  tests(
    "ConformanceTests",
    ["SeedCore", "SeedAuth", "SeedMint", "SeedCrypto", "SeedTesting", yaml]
  ),
  tests("FuzzTests", ["SeedFuzz", "SeedFuzzService", "SeedMail", "SeedTesting"]),
  // Runs the built `seedd` and `seedctl`, with real servers beside them.
  tests(
    "EndToEndTests",
    ["SeedCore", "SeedService", "SeedSQLite", "SeedTesting", "seedd", "seedctl", grdb]
  ),
]

if isFuzzed {
  targets += [
    .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
    .executableTarget(
      name: "seed-fuzz",
      dependencies: ["SeedFuzz", "CFuzzer"]
        + (fuzzing == "all" ? ["SeedFuzzService"] : []),
      path: "Fuzz/Driver",
      swiftSettings: strict + (fuzzing == "all" ? [.define("FUZZ_SERVICES")] : []),
      // gold fails on it.
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
    ),
  ]
}

if !visible.isEmpty {
  targets.append(.target(name: "CVisibleMutex", path: "Tests/Sanitizers/CVisibleMutex"))
}

// `SEED_ONLY=SeedMailTests,ConformanceTests swift test` builds those targets and what they need,
// so that work in one room does not wait for the others.
if let only = Context.environment["SEED_ONLY"], !only.isEmpty {
  var wanted = Set(only.split(separator: ",").map(String.init))
  var grew = true
  while grew {
    let before = wanted.count
    for target in targets where wanted.contains(target.name) {
      for case .byNameItem(let name, _) in target.dependencies { wanted.insert(name) }
    }
    grew = wanted.count > before
  }
  targets.removeAll { !wanted.contains($0.name) }
}

// The libraries are for Benchmarks/, which is a package of its own.
let libraries = ["SeedMail", "SeedCrypto", "SeedAuth", "SeedCore"]

let package = Package(
  name: "seed",
  products: targets.filter { $0.type == .executable }.map {
    .executable(name: $0.name, targets: [$0.name])
  }
    + targets.map(\.name).filter { libraries.contains($0) }.map {
      .library(name: $0, targets: [$0])
    },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird",
      from: "2.28.1",
      traits: []
    ),
    .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: targets
)
