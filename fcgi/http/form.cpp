#include "fcgi/http/form.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTMLForm.h>

#include <sstream>

namespace claviger::fcgi {

std::optional<Fields> parseFields(const std::string& encoded) {
    if (encoded.empty()) return Fields{};
    try {
        Poco::Net::HTMLForm form;
        std::istringstream in(encoded);
        form.read(in);  // refuses more than a hundred fields by itself
        return Fields(form.begin(), form.end());
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

std::string valueOf(const Fields& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
}

}  // namespace claviger::fcgi
