#include "page_table.h"

#include <QObject>

namespace clipscope {

const std::vector<PageRow>& page_table() {
    static const std::vector<PageRow> table{
        {page_id::find,
         QObject::tr("Find"),
         QObject::tr("Which layer, which bit, how bad? Accuracy against fault rate, and what loses most of it."),
         {.left = 26, .right = 24, .foot = 38}},
        {page_id::clip,
         QObject::tr("Clip"),
         QObject::tr("What does the paper's method do? Activations, accuracy, AUC against T and the threshold search, side by side."),
         {.left = 17, .right = 24, .foot = 44}},
        {page_id::duel,
         QObject::tr("Duel"),
         QObject::tr("Which protection, at what price? Protections on the same faults, and which layers to protect first."),
         {.left = 24, .right = 24, .foot = 42}},
        {page_id::bits,
         QObject::tr("Bits"),
         QObject::tr(
             "Why does one bit do this? The faults of a trial, critical bits and the worst ones, each with the way to a closer look."),
         {.left = 20, .right = 24, .foot = 48}},
        {page_id::study,
         QObject::tr("Study"),
         QObject::tr("What have I done, what do I hand over? Jobs, rankings, comparisons and what was injected."),
         {.left = 34, .right = 24, .foot = 46}},
    };
    return table;
}

}  // namespace clipscope
