#pragma once

#include <fcgiapp.h>

#include <memory>
#include <string>

#include "fcgi/http/answer.h"
#include "fcgi/server/fd.h"

namespace claviger::fcgi {

// Once per process, before any Connection: readies libfcgi, whose signal handlers are taken back out.
// Throws std::runtime_error.
void initializeRecordParser();

// One connection of nginx, with libfcgi as the parser of its records. Used by one thread at a time, but for
// nudge() and shutReading(), which may come from another one while no thread is at it.
class Connection {
public:
    explicit Connection(Fd);  // a connected stream socket, blocking
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int fd() const { return fd_.get(); }

    enum class Look {
        kRequest,  // the head of a request waits to be served
        kPartial,  // a part of one
        kNothing,  // no byte
        kEnd,      // the peer has closed, or sent what is no request
    };

    // Looks at what has come without taking it; never waits.
    Look look() const;

    enum class Outcome { kKept, kEnded, kWaits, kDeferred };

    // After look() said kRequest: reads one request to the end of its body, hands it to the application, sends the
    // answer. kWaits: it is not to be sent before due(); then comes answer(). kDeferred: there is none yet; when it is
    // ready comes finish(). Waits at most 5 s for the whole body and 5 s for each part of the answer to be taken.
    // kEnded: the peer wants the connection closed, or it cannot be kept. Then the body was cut short or over 1 MiB,
    // bytes followed it, or the answer could not be sent.
    Outcome serve(const Application&);

    bool waits() const { return waits_; }
    Response::Moment due() const { return due_; }
    Outcome answer();  // kKept or kEnded

    bool isDeferred() const { return deferred_ != nullptr; }
    bool isReady() const { return deferred_->isReady(); }
    Outcome finish();  // kKept, kEnded or kWaits; takes as long as the application's work does

    // Whether the peer has closed its end. Nothing more is expected to come.
    bool hasBeenLeft() const;

    // Asks the peer to close the connection when it has no more use for it: an empty STDERR record. nginx closes an
    // idle connection on which anything arrives, and skips the record where it has a request on its way.
    void nudge() const;

    // What has come can still be read; the peer cannot send more.
    void shutReading() const;

private:
    Outcome take(Response);

    Fd fd_;
    FCGX_Request parser_;
    bool waits_ = false;  // an answer is ready and not sent
    bool keep_ = false;
    bool headOnly_ = false;  // HEAD
    int requestId_ = 0;
    std::string head_, body_;
    Response::Moment due_;
    std::unique_ptr<DeferredAnswer> deferred_;
};

}  // namespace claviger::fcgi
