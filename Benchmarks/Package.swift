// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "seed", path: "..")],
  targets: [
    .executableTarget(
      name: "seed-bench",
      dependencies: [
        .product(name: "SeedMail", package: "seed"),
        .product(name: "SeedCrypto", package: "seed"),
        .product(name: "SeedAuth", package: "seed"),
        .product(name: "SeedCore", package: "seed"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
      ]
    )
  ]
)
