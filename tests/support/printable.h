#pragma once

#include <ostream>

namespace claviger::tests {

// Types that can be written to a stream, and so into a log by accident. Secrets must not be Printable.
template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};

}  // namespace claviger::tests
