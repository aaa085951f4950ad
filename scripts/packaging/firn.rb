class Firn < Formula
  desc "Takes massive backups into cold storage and gets them back"
  homepage "@URL@"
  version "@VERSION@"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "@DOWNLOADS@/firn-@VERSION@-darwin-arm64.tar.gz"
      sha256 "@SHA256:darwin-arm64@"
    end
    on_intel do
      url "@DOWNLOADS@/firn-@VERSION@-darwin-amd64.tar.gz"
      sha256 "@SHA256:darwin-amd64@"
    end
  end

  on_linux do
    on_arm do
      url "@DOWNLOADS@/firn-@VERSION@-linux-arm64.tar.gz"
      sha256 "@SHA256:linux-arm64@"
    end
    on_intel do
      url "@DOWNLOADS@/firn-@VERSION@-linux-amd64.tar.gz"
      sha256 "@SHA256:linux-amd64@"
    end
  end

  def install
    bin.install "firn"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/firn.bash" => "firn"
    zsh_completion.install "completions/_firn"
    fish_completion.install "completions/firn.fish"
  end

  test do
    assert_match "firn #{version}", shell_output("#{bin}/firn version")
    (testpath/"june.tar").write "June, all disks"
    system bin/"firn", "vault", "create", "./cold"
    system bin/"firn", "upload", "./cold", "june.tar"
    assert_match "june.tar", shell_output("#{bin}/firn list ./cold")
  end
end
