// The program against which the service is measured: the least that a program over libfcgi can do. One process has 40
// threads; each accepts requests and answers 204.
//
//   bench_trivial SOCKET

#include <fcgiapp.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace {

constexpr int kThreads = 40;  // more than the kept connections of nginx: an idle one occupies a thread
constexpr int kBacklog = 511;

void serve(int listener) {
    FCGX_Request request;
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Status: 204 No Content\r\n\r\n", request.out);
        FCGX_Finish_r(&request);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || FCGX_Init() != 0) {
        std::cerr << "usage: bench_trivial SOCKET\n";
        return EXIT_FAILURE;
    }
    const int listener = FCGX_OpenSocket(argv[1], kBacklog);
    if (listener < 0) {
        std::cerr << argv[1] << " cannot be listened on\n";
        return EXIT_FAILURE;
    }
    std::array<std::thread, kThreads> threads;
    for (auto& thread : threads) thread = std::thread(serve, listener);
    for (auto& thread : threads) thread.join();
}
