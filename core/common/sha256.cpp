#include "common/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include "common/error.h"

namespace clipscope {

std::string file_sha256(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    bool ok = file.is_open() && context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    std::vector<char> block(std::size_t(1) << 20);
    while (ok && file) {
        file.read(block.data(), std::streamsize(block.size()));
        ok = EVP_DigestUpdate(context.get(), block.data(), std::size_t(file.gcount())) == 1;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    ok = ok && file.eof() && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
    if (!ok) throw Error("Cannot read '" + path + "' to compute its SHA-256: check that it is there and may be read.");
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

}  // namespace clipscope
