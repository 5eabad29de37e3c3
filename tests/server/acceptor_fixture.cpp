#include "tests/server/acceptor_fixture.h"

#include <fcntl.h>

namespace claviger::tests {

AcceptorFixture::AcceptorFixture(unsigned threads, fcgi::Application answer)
    : application_([this, answer = std::move(answer)](const fcgi::Request& request) {
          {
              const std::lock_guard lock(mutex_);
              seen_.push_back(request);
          }
          return answer(request);
      }) {
    static const bool kInitialized = (fcgi::initializeRecordParser(), true);
    static_cast<void>(kInitialized);
    acceptor_ = startAnother(threads);
}

std::unique_ptr<fcgi::Acceptor> AcceptorFixture::startAnother(unsigned threads) const {
    fcgi::Fd listener(::fcntl(socket_.fd(), F_DUPFD_CLOEXEC, 0));
    return std::make_unique<fcgi::Acceptor>(std::move(listener), threads, application_);
}

std::vector<fcgi::Request> AcceptorFixture::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

}  // namespace claviger::tests
