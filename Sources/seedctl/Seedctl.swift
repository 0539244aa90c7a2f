@main
struct Seedctl {
  static func main() {}
}
