#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace ctemplate {
class TemplateCache;
}

namespace claviger::fcgi {

class Layout;

// The templates of the folder templates/, loaded and checked at construction, unchanged afterwards. Thread-safe.
class Templates {
public:
    // Throws std::runtime_error, naming the file, if one is missing or broken.
    explicit Templates(const std::filesystem::path& folder);
    ~Templates();

    // Returns the page's whole HTML. Throws std::runtime_error if a template cannot be expanded.
    std::string expand(Layout&) const;

private:
    std::unique_ptr<ctemplate::TemplateCache> cache_;
};

}  // namespace claviger::fcgi
