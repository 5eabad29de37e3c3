#pragma once

#include <cppunit/TestFixture.h>

#include <optional>

#include "tests/unit/world.h"

namespace claviger::tests {

// The start of most scenes: a world with two tenants.
struct TwoTenants {
    World world;
    domain::Tenant acme = world.makeTenant("acme");
    domain::Tenant globex = world.makeTenant("globex");
};

// A fixture that makes its scene anew for each test. CppUnit makes one fixture object for each test, and keeps all of
// them until the end; a member without the optional would keep all scenes in memory.
template <class Scene>
class SceneFixture : public CppUnit::TestFixture {
public:
    void setUp() override { scene_.emplace(); }
    void tearDown() override { scene_.reset(); }

protected:
    std::optional<Scene> scene_;
};

}  // namespace claviger::tests
