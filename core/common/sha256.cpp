#include "common/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <vector>

#include "common/error.h"

namespace clipscope {

struct Sha256::Context {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

namespace {

void check(bool ok) {
    if (!ok) throw Error("OpenSSL cannot compute a SHA-256 on this system: check its configuration (openssl.cnf).");
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    check(context_->evp && EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
    check(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::digest() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_->evp.get(), digest.data(), &size) == 1);
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

std::string stream_sha256(std::istream& stream) {
    Sha256 sha256;
    std::vector<char> block(std::size_t(1) << 20);
    while (stream) {
        stream.read(block.data(), std::streamsize(block.size()));
        sha256.add(std::as_bytes(std::span(block).first(std::size_t(stream.gcount()))));
    }
    return stream.eof() ? sha256.digest() : std::string();
}

std::string file_sha256(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string digest = stream_sha256(file);
    if (digest.empty()) throw Error("Cannot read '" + path + "' to compute its SHA-256: check that it is there and may be read.");
    return digest;
}

}  // namespace clipscope
