#!/bin/sh
# Fetch the pinned KaTeX that typesets the mathematics of feedback pages, as npm ships it.
# Run it from the checkout's root, with npm installed, after changing the version and the digest.
set -eu

version=0.19.1
digest=24da5a599eb2fcede2e270b99a6ff48bca816beecc95feeb84e8cccbd1bb34fd
target="$PWD/autograder/grading/feedback/katex"
fonts="Main-Regular Main-Bold Main-Italic Math-Italic Math-BoldItalic AMS-Regular Caligraphic-Regular
    Script-Regular Fraktur-Regular SansSerif-Regular Typewriter-Regular Size1-Regular Size2-Regular
    Size3-Regular Size4-Regular"

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
npm pack --silent "katex@$version" >/dev/null
printf '%s  %s\n' "$digest" "katex-$version.tgz" | sha256sum --check --quiet -
tar -xzf "katex-$version.tgz"
mkdir -p "$target/fonts"
install -m 644 package/LICENSE package/dist/katex.min.js package/dist/katex.min.css "$target/"
for font in $fonts; do
    install -m 644 "package/dist/fonts/KaTeX_$font.woff2" "$target/fonts/"
done
