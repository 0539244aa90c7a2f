@main
struct Seedd {
  static func main() {}
}
