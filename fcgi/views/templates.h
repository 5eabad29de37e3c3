#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace ctemplate {
class TemplateCache;
}

namespace claviger::fcgi {

class Page;

// The folder templates/: all of it loaded and checked at construction, and frozen then. Thread-safe.
class Templates {
public:
    // Throws std::runtime_error, naming the file, if one is missing or broken.
    explicit Templates(const std::filesystem::path& folder);
    ~Templates();

    // The page's HTML. Throws std::runtime_error rather than give half a page.
    std::string expand(Page&) const;

private:
    std::unique_ptr<ctemplate::TemplateCache> cache_;
};

}  // namespace claviger::fcgi
