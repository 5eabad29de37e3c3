#!/bin/sh
# Poco::JSON 1.11.0 reads the integer 18446744073709551616 (2^64) as 0 and 2^64 + 1 as 1. It clamps -2^63 - 1 to -2^63.
# It refuses 36893488147419103232 (2^65) as "Not a valid unsigned integer". JSON allows all four numbers (RFC 8259,
# section 6), so one would expect a floating-point number for each, or a refusal of each.
# A program that reads an amount, a limit or an id gets a small number for a huge one, and no error.
set -eu

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
version=1.11.0-3+deb12u1
for package in libpoco-dev libpocofoundation80 libpocojson80; do
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "$package=$version") || { echo "$package $version is not in the archive any more" >&2; exit 1; }
done
for file in "$folder"/*.deb; do dpkg-deb --extract "$file" "$folder/root"; done

cat >"$folder/read.cpp" <<'CODE'
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <iostream>

int main() {
    for (const char* number : {"18446744073709551615", "18446744073709551616", "18446744073709551617",
                               "36893488147419103232", "-9223372036854775809"}) {
        std::cout << number << " is read as ";
        try {
            const auto text = std::string("{\"n\":") + number + "}";
            std::cout << Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>()->get("n").toString() << "\n";
        } catch (const Poco::Exception&) {
            std::cout << "nothing: refused\n";
        }
    }
}
CODE
libraries=$(echo "$folder"/root/usr/lib/*-linux-gnu)
g++ -std=c++17 -I"$folder/root/usr/include" "$folder/read.cpp" -o "$folder/read" -L"$libraries" -l:libPocoJSON.so.80 -l:libPocoFoundation.so.80
LD_LIBRARY_PATH=$libraries "$folder/read" >"$folder/seen"

echo "Poco $version"
cat "$folder/seen"
cat >"$folder/described" <<'SEEN'
18446744073709551615 is read as 18446744073709551615
18446744073709551616 is read as 0
18446744073709551617 is read as 1
36893488147419103232 is read as nothing: refused
-9223372036854775809 is read as -9223372036854775808
SEEN
cmp -s "$folder/described" "$folder/seen" || { echo "The behaviour has changed." >&2; exit 1; }
