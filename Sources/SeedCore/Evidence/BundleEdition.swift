/// Which reader a bundle is made for (`docs/formats/bundle-v1.md`).
public enum BundleEdition: String, Sendable, Hashable, CaseIterable {
  /// Everything.
  case regulator
  /// Without what names the person who used the address.
  case reviewer
  /// Without addresses and messages.
  case `public`
}
